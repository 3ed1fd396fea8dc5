using System;
using static System.Math;
using Al = System.Text.StringBuilder;
namespace A.B {
  /// <summary>Doc</summary>
  [Serializable]
  public class Foo<T> : Base<T>, IBar where T : class {
    private readonly int _x = 1, _y;
    public const int K = 1;
    public string Name { get; set; } = "a";
    public int Len => _x;
    public event EventHandler Ev;
    public Foo(int a) : base(a) { }
    ~Foo() {}
    public async Task<int> Run<U>(List<U> a) { await Helper.Go<int>(1); this.x?.Y(); new Baz(1); return a.Count switch { 1 => 2, _ => 3 }; }
    public static Foo operator +(Foo a, Foo b) => a;
    public int this[int i] { get { return i; } }
    public delegate void D(int x);
    void Local() { int inner(int z) => z; if (x is Foo f && y) {} }
  }
  public interface IBar : IBaz { void M(); int P { get; } }
  public struct S { public int a; }
  public record R(int A, string B) : Q;
  public enum E { One, Two = 2 }
}
namespace File.Scoped;
class Z { [Fact] public void T() { Assert.Equal(1, typeof(Foo)); } }
