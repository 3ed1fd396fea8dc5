<?php

namespace Shop\Model;

use Shop\Store\Repository;
use Shop\Util\{Loggable, Clock as Watch};

interface Validated
{
    public function validate(): bool;
}

abstract class Entity implements Validated, \JsonSerializable
{
    protected static ?Repository $repository = null;
    protected $name;
    private Watch $clock;

    public function __construct(string $name)
    {
        $this->name = $name;
        $this->clock = Watch::utc();
        $this->setup();
    }

    abstract protected function setup();

    public function validate(): bool
    {
        return $this->clock->now() > 0 && static::$repository->has($this);
    }

    public function touch(): static
    {
        return $this;
    }
}

class Order extends Entity
{
    use Loggable;

    public const MAX = 5;

    private $lines = [];
    private $first;
    private $either;

    public function __construct(Line $first, $other)
    {
        parent::__construct('order');
        $this->first = $first;
        $this->either = new Line(1);
        $this->either = new Order($first, $other);
        $other->cost();
        $other->unique();
    }

    protected function setup()
    {
        $this->validate();
        $this->first->cost();
        $this->either->cost();
        $this->touch()->setup();
        self::empty()->log('x');
    }

    public static function empty(): self
    {
        return new self(Line::none(), self::MAX);
    }

    protected function prefix(): string
    {
        foreach ($this->lines as $line) {
            $line->cost();
        }
        try {
            $line = new Line(2);
            $line->cost();
        } catch (Problem $problem) {
            $problem->report();
        } catch (\RuntimeException $error) {
            $error->getMessage();
        }
        $call = function (Watch $clock) use ($line): int {
            $this->first->cost();
            $call->cost();
            return $clock->now();
        };
        $short = fn (Line $one) => $one->cost() + $call(1);
        $short(2);
        $anonymous = new class ('x') extends Entity {
            protected function setup()
            {
                $this->prefix();
                $this->touch();
                parent::validate();
            }
        };
        $anonymous->touch();
        return (new Line(3))->label . Line::$count;
    }
}

class Line
{
    public static int $count = 0;

    public function __construct(public readonly int $price)
    {
        self::$count += $price;
    }

    public function cost(): int
    {
        return $this->price;
    }

    public static function none(): Line
    {
        return new static(0);
    }
}

class Problem extends \Exception
{
    public function report()
    {
        $this->getMessage();
        $this->missing();
    }

    public function unique()
    {
    }
}
