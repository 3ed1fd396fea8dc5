namespace Q
{
    public class Other
    {
        public static void St() { }
    }
}

namespace P
{
    public class A
    {
        public class Q
        {
            public class Other
            {
                public static void St() { }
            }
        }

        private global::Q.Other field;

        void T()
        {
            global::Q.Other.St();
            Q.Other.St();
            global::System.Console.WriteLine();
            field.ToString();
        }
    }
}
