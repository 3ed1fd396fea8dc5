int write(int file);

void help(void) {}

void shared(void) {
    help();
    order_pay(0, 1);
}

int main(void) {
    shared();
    usage();
    write(1);
    return 0;
}
