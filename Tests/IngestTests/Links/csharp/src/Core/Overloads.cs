using System;
using System.Collections.Generic;

namespace Acme
{
    using Core.Signs;

    public enum Level { Low, High }

    public class Writer
        : IDisposable
#if !SMALL
        , IComparable
#endif
    {
        private byte[] buffer;
        private long? last;

        public Writer(string path) :
            this(path, 1)
        {
        }

        public Writer(string path, int size) { }

        public void Write(object value) { }
        public void Write(string value) { Write(value.ToString()); }
        public void Write(int value) { }
        public void Write(long value) { }
        public void Write(long? value) { }
        public void Write(byte[] value) { }
        public void Write(Level value) { }
        public void Write<T>(List<T> value) { }
        public void Write(params string[] values) { }

        public void All(long number, Level level, Exception problem)
        {
            Write("a" + 1);
            Write(1 < 2);
            Write(12);
            Write((long)12);
            Write(number);
            Write(last);
            Write(buffer);
            Write(new byte[4]);
            Write(level);
            Write(Level.High);
            Write(number.ToString());
            Write(this);
            // What it is, is not known here.
            Write(problem);
            Write(0);
        }

        // Its class, and not what makes its values.
        public static Writer Open(string path) { return Writer.Make(path); }
        private static Writer Make(string path) { return new Writer(path); }

        void IDisposable.Dispose() { Dispose(); }
        public void Dispose() { }

        public int CompareTo(object other)
        {
#if SMALL
            if (other == null) {
#else
            if (other is Writer) {
#endif
                Sign.Check();
            }
            return 0;
        }
    }

    public class Signed : Writer
    {
        public Signed() : base("a") { }
        public void Write(Sign sign) { }

        public void Both(Sign sign)
        {
            Write(sign);
            Write("a");
        }
    }

    public static class Words
    {
        public static bool IsLong(this string text) { return text.IsLong(3); }
        public static bool IsLong(this String text, int least) { return "abc".IsLong(); }
    }
}

namespace Acme.Core.Signs
{
    public class Sign
    {
        public static void Check() { }
        public static implicit operator Sign(string text) { return new Sign(); }
    }

    public class Taker
    {
        public void Take(Sign sign) { }
        public void Take(object value) { }
        public void Run() { Take("a"); }

        public void Give(object value, Sign sign) { }
        public void Give(ref bool value, Sign sign) { }
        public void Turn(bool value, Sign sign)
        {
            Give(value, sign);
            Give(ref value, sign);
        }
    }
}
