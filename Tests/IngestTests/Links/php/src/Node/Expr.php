<?php

namespace Shop\Node;

interface Walks extends \JsonSerializable {}

abstract class Expr implements Walks
{
    public static function item() {}
}
