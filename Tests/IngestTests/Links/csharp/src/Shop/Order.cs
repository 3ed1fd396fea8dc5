using System;
using System.Linq;
using System.Threading.Tasks;
using Acme.Core;
using static Acme.Core.TextExtensions;
using Log = Acme.Core.Log.Logger;
using Newtonsoft.Json;
using Acme.Gone;

namespace Acme.Shop;

public enum Color { Red, Green }

public delegate void Changed(Order order);

public abstract class Entity : IEntity
{
    protected readonly Log log = Log.Default;
    public abstract string Name { get; }

    protected Entity(string name) { log.Info(name); }

    public virtual void Save(bool force) { Touch(); }

    protected virtual void Touch() { }
}

public partial class Order : Entity
{
    private Money total = Money.Zero;
    private readonly Box<Order> box;
    public Color Color { get; set; }
    public event Changed OnChanged;

    public override string Name => Describe(1);

    public Money Total
    {
        get { var total = this.total; return total.Add(Money.Zero); }
        set { total = value.Add(value); Touch(); }
    }

    public Order(string name, Order parent = null) : base(name)
    {
        box = new Box<Order>();
        parent?.Save(true);
        parent?.box.Value.Touch();
        Color = Color.Red;
    }

    public Order() : this("none") { }

    public async Task<Order> Load(Color color, Order other)
    {
        Order loaded = await other.Load(color, this);
        loaded.Save(true);
        (await Load(color, other)).Touch();
        var again = await Load(color, this);
        again.Helper();
        again.box.Get().Helper();
        again.Total.Twice().Add(Money.Zero);
        "x".Shout().Trim();
        Shout("y");
        Loud("z");
        color.ToString();
        log.With(total).Info("x");
        Acme.Core.Log.Logger.Default.With(total);
        global::Acme.Core.Log.Logger.Default.Info("g");
        JsonConvert.SerializeObject(this);
        Missing.Call();
        Console.WriteLine("done");
        base.Save(false);
        return again;
    }

    public void Loops(object thing, Order[] all, Changed Touch)
    {
        foreach (Order order in all) order.Helper();
        foreach (var order in all) order.Helper();
        for (Order order = all[0]; order != null;) order.Helper();
        if (thing is Order found && found.Valid()) found.Helper();
        if (thing is Order { Color: var Helper } other) other.Helper();
        switch (thing)
        {
            case Order order: order.Helper(); break;
            case Money money: money.Add(money); break;
        }
        var text = thing switch { Order order => order.Name, Entity entity => entity.Name, _ => "" };
        try { Helper(); } catch (OrderException problem) when (problem.IsFatal) { problem.Report(); }
        using (var order = new Order("x")) { order.Helper(); }
        using var last = new Order("x", this);
        last.Helper();
        ((Order)thing).Helper();
        (thing as Order).Helper();
        all.Select(order => order.Name).ToList();
        all.Where((Order order) => order.Valid()).Any(Filter);
        OnChanged += Handle;
        OnChanged(this);
        Touch(this);
        int Local(Order order) => order.Count(2);
        Local(this);
        TryFind(out Order result);
        result.Helper();
        new Order("y") { Color = Color.Green, Total = Money.Zero }.Helper();
        new Inner(this).Go();
        unknown.Helper();
    }

    private bool Filter(Order order) => order.Valid();

    private void Handle(Order order) { }

    private class Inner
    {
        private readonly Order owner;

        public Inner(Order owner) { this.owner = owner; }

        public void Go() { owner.Helper(); Parse("x"); }
    }

    private static void Parse(string text) { }
}

public class OrderException : Exception
{
    public bool IsFatal;

    public void Report() { Console.WriteLine(Message); }
}

public record Line(string Text, Money Price)
{
    public Money Double() => Price.Twice();
}

public class Service(Log log, Order order)
{
    public void Run() { log.Info("run"); order.Helper(); }
}
