// Members that are there twice.
class Node {
 public:
  Node *next() { return next_; }
  const Node *next() const { return next_; }
  const Node &last() const { return next()->last(); }
  Node &last() { return next()->last(); }

 private:
  Node *next_;
};

template <typename T> class Pointer {
 public:
  T *operator->() const;
};

typedef const Node *Frozen;

class List {
 public:
  void change() { head_.next(); tail_->next(); first_->next(); }
  void read() const { head_.next(); tail_->next(); first_->next(); }

 private:
  Node head_;
  Node *tail_;
  const Node *first_;
};

const Node &peek();
Node &grab();

void walk(Node *a, const Node *b, Node &c, const Node &d, Pointer<Node> e, Frozen f) {
  a->next();
  b->next();
  c.next()->next();
  d.next()->next();
  // What is behind a pointer of one's own, and an alias: not known.
  e->next();
  f->next();
  auto copy = d;
  copy.next();
  const auto &same = c;
  same.next();
  auto &other = c;
  other.next();
  auto *next = b->next();
  next->next();
  static_cast<const Node &>(c).next();
  peek().next();
  grab().next();
}
