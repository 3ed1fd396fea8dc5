package store

import "example.com/shop/pkg/payments"

type Named struct{ name string }

func (n Named) Name() string { return n.name }

type Store struct {
	name  string
	cache map[string][]byte
}

func New(name string) *Store {
	s := Store{name: name}
	s.open()
	return &s
}

func (s *Store) open() {}

func (s *Store) Save(receipt *payments.Receipt, count int) {
	receipt.Print()
	copy := s.cache
	_ = copy
}
