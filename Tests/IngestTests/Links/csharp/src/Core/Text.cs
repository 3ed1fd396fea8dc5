using System;
using System.Collections.Generic;

namespace Acme.Core
{
    public static class TextExtensions
    {
        public static string Shout(this string text, int times = 1) { return text.ToUpper(); }

        public static Money Twice(this Money money) => money.Add(money);

        public static string Loud(string text) => Shout(text, 2).Shout();
    }

    public struct Money
    {
        public static readonly Money Zero = new Money(0);
        public long Cents;

        public Money(long cents) { Cents = cents; }

        public Money(long cents, string currency) : this(cents) { }

        public Money Add(Money other) => new Money(Cents + other.Cents);

        public Money Add(Money first, params Money[] rest) { return Add(first).Twice(); }

        public static Money operator +(Money a, Money b) => a.Add(b);

        public override string ToString() { return Cents.ToString(); }
    }

    public interface IEntity
    {
        string Name { get; }
        void Save(bool force);
    }

    public class Box<T> where T : IEntity
    {
        private T value;

        public T Value { get { return value; } set { this.value = value; } }

        public T Get() { return value; }

        public void Store() { value.Save(true); Get().Save(false); }

        public R As<R>(R other) where R : Money => other;
    }
}

namespace Acme.Core.Log
{
    public class Logger
    {
        public static Logger Default { get; } = new Logger();

        public Logger With(Money money) { return this; }

        public void Info(string text) => Console.WriteLine(text);
    }
}
