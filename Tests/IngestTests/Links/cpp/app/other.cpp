struct Local {
    int walk() { return 0; }
};

int main() {
    Local local;
    return local.walk();
}
