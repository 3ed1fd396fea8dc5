namespace Acme.Shop
{
    partial class Order
    {
        internal void Helper() { Touch(); Parse("a"); total.Add(total, total, total); }

        internal bool Valid() => Count(1) > 0 && Core.Money.Zero.Cents == 0;

        private int Count(int least, int most = 2) => least;

        private string Describe(int depth) { return Describe(depth, Color); }

        private string Describe(int depth, Color color) { return color.ToString(); }

        private bool TryFind(out Order order) { order = this; return true; }
    }
}
