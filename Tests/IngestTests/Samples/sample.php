<?php
namespace App\Models;
use App\Base\{One, Two as Deux};
use function App\fn1;
require_once 'x.php';
const TOP = 1;
#[Attr(1)]
abstract class User extends Model implements A, \B\C {
    use SomeTrait, Other;
    const X = 1, Y = 2;
    public static ?int $count = 0;
    private readonly Foo $foo;
    public function __construct(private Bar $bar) { parent::__construct(); }
    protected function run(int $a, Foo|Bar $b): ?Baz { $this->foo->go(1); self::make(); Foo::bar(); helper(1); return new Baz($a); }
    abstract function ab();
}
interface I extends J { function m(); }
trait T { function t() {} }
enum Suit: string { case Hearts = 'H'; const D = 1; function f() {} }
function top(array $x) { if ($x && 1) { foreach ($x as $y) {} } return fn($q) => $q; }
