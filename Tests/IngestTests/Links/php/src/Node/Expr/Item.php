<?php

namespace Shop\Node\Expr;

use Shop\Node\Expr;

class Item extends Expr
{
    public function __construct($value) {}

    public function walk()
    {
        new Expr\Item(1);
        Expr::item();
        Expr\Item::item();
    }
}
