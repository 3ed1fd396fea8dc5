package com.acme.old;

import com.acme.shop.Kind;
import com.acme.shop.Registry;

public class Legacy {
    private Kind kind = Kind.SMALL;

    public static Legacy create() { return new Legacy(); }

    public void run(int price) {
        kind.helper();
        Registry.INSTANCE.add(null);
    }
}
