<?php

namespace Shop\Store;

use DateTimeImmutable;
use InvalidArgumentException as Wrong;
use Redis;
use Shop\Model;
use Shop\Model\Order;
use Shop\Nowhere\Thing;
use function Shop\Util\make;
use function Shop\Util\trim_all as clean;
use const Shop\Util\LIMIT;

require_once __DIR__ . '/../Util/functions.php';

class Repository extends Base
{
    /** @var Order[] */
    private array $orders = [];

    public function find(string $id): ?Order
    {
        $found = $this->orders[$id];
        $found->validate();
        if (!isset($found)) {
            throw new Wrong(sprintf('%s', clean($id)));
        }
        make()->now();
        $order = Order::empty();
        $order->touch()->validate();
        $line = new Model\Line(LIMIT);
        $line->cost();
        \Shop\Util\make()->now();
        $other = new \Shop\Model\Line(1);
        $other->cost();
        namespace\helper();
        helper();
        strlen($id);
        \strlen($id);
        undefined_helper();
        Thing::run();
        $date = new DateTimeImmutable();
        $date->format('c');
        $redis = new Redis();
        $redis->get('x');
        $name = 'find';
        $this->$name('x');
        $helper();
        $class = Order::class;
        $class::empty();
        if ($order instanceof Model\Validated) {
            $order = $this->find('y');
        }
        $order->validate();
        [$order] = $this->all();
        $order->validate();
        return $this->find('x')->touch();
    }

    public function has(Model\Entity $entity): bool
    {
        $check = $this->find(...);
        array_map('strlen', [$entity]);
        $entity->validate();
        return parent::has($entity) || Mode::Fast->label() === Mode::default();
    }
}

enum Mode: string
{
    case Fast = 'f';
    case Slow = 's';

    public static function default(): self
    {
        return self::Fast;
    }

    public function label(): string
    {
        return match ($this) {
            self::Fast => Mode::Slow->value,
        };
    }
}

function helper(int ...$numbers)
{
    global $order;
    static $cache;
    $order->validate();
    return new Repository();
}
