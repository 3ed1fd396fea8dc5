int util_twice(int n);
