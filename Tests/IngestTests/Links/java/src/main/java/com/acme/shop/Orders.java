package com.acme.shop;

import static com.acme.util.Text.join;
import static com.acme.shop.pay.Method.*;

import com.acme.shop.pay.Card;
import com.acme.shop.pay.Method;
import com.acme.shop.pay.Missing;
import com.acme.util.*;
import java.io.IOException;
import java.util.*;
import org.slf4j.Logger;

public class Orders extends Base implements Iterable<Item> {
    private final List<Item> items = new ArrayList<>();
    private final Method method;
    private Logger logger;
    private int save;

    public Orders(Method method) {
        super("orders");
        this.method = method;
    }

    public Orders() { this(new Card()); }

    @Override
    void describe() {
        logger.info("x");
        label.trim();
        super.save(Item.NONE);
        save(Item.NONE, true);
        this.store.clear().put("x").last.twice();
        setChanged();
        getClass();
    }

    void add(Item item) {
        save(item);
        Money price = item.price();
        price.plus(Money.of(1)).plus(price, price);
        var doubled = item.twice();
        doubled.plus(price);
        method.pay(price);
        charge(price);
        int method = save;
        trace(method);
        com.acme.util.Text.pad("a", 1);
        java.util.Collections.emptyList();
    }

    void loops(Item[] all, Object thing) throws IOException {
        for (Item each : all) each.twice();
        for (Item first = all[0]; first != null; ) first.twice();
        for (Object item : items) item.hashCode();
        items.forEach(item -> item.twice());
        items.forEach((Item item) -> item.twice());
        items.stream().map(Item::twice).map(this::convert).forEach(this.method::pay);
        if (thing instanceof Item found) found.twice();
        if (thing instanceof Item(String name, Money money)) money.plus(money);
        try (Card card = new Card()) {
            card.pay(Money.ZERO);
        } catch (Card.Declined problem) {
            problem.reason();
        }
        ((Item) thing).twice();
        (thing == null ? Item.NONE : null).twice();
        unknown().twice();
        all.clone();
        switch (thing) {
            case Item it -> it.twice();
            case Card card when card.limit() > 1 -> card.pay(Money.ZERO);
            default -> join("a", "b");
        }
    }

    Money convert(Money money) { return money; }

    void anonymous() {
        Money total = Money.of(2);
        Method other = new Method() {
            private Money save = total;

            @Override
            public void pay(Money money) {
                save.plus(money);
                charge(money);
                helper(total.plus(money));
                this.helper(money);
                Orders.this.convert(money);
                convert(money);
            }

            void helper(Money money) {}
        };
        other.pay(total);
        new Thread() {
            @Override
            public void run() {
                convert(total);
                interrupt();
            }
        }.start();
        class Local {
            void go() { pad("x"); }

            void pad(String text) {}
        }
        new Local().go();
    }

    void generics() {
        Result<Item> result = new Result<>(Item.NONE);
        result.get().title();
        result.label();
        Missing.call();
        Method.create().pay(Money.ZERO);
        Text.join("a", new ArrayList<String>());
        Text.EMPTY.trim();
        Text.pad("a", "b");
        Orders.Line line = new Line(this);
        line.owner.add(null);
        Status.OPEN.next().isLast();
        Status status = Status.valueOf("OPEN");
        status.label();
        switch (status) {
            case OPEN: status.next(); break;
            case save: break;
        }
    }

    @Override
    public Iterator<Item> iterator() { return items.iterator(); }

    static class Line {
        final Orders owner;

        Line(Orders owner) { this.owner = owner; }

        class Note {
            String save() { return owner.label; }

            String text() { return save(); }
        }
    }

    enum Status implements Result.Named {
        OPEN("open") {
            @Override
            boolean isLast() { return check(); }
        },
        CLOSED;

        private final String text;

        Status(String text) { this.text = text; }

        Status() { this(Text.EMPTY); }

        Status next() { return CLOSED; }

        boolean isLast() { return false; }

        boolean check() { return label().isEmpty() && ordinal() > 0; }

        String label() { return title() + text; }
    }
}
