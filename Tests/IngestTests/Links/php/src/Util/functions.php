<?php

namespace Shop\Util;

const LIMIT = 10;

function trim_all(string $text): string
{
    return trim($text, LIMIT);
}

function make(): Clock
{
    return new Clock(LIMIT);
}

class Clock
{
    public function __construct(private int $zone = 0, ?Clock $parent = null)
    {
        if ($parent) {
            $parent->now();
        }
    }

    public function now(): int
    {
        return time();
    }

    public static function utc(): static
    {
        return new static();
    }
}
