<?php
// A class without a constructor has that of its base.
namespace Kitchen;

class Plate
{
    public function __construct(private int $size)
    {
    }
}

class Saucer extends Plate
{
}

function lay(): void
{
    new Saucer(1);
}
