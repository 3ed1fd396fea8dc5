package shop

import (
	"errors"
	"fmt"
	"sync"

	"example.com/shop/internal/log"
	"example.com/shop/internal/store"
	pay "example.com/shop/pkg/payments"
	other "github.com/else/go-queue/v2"
	"github.com/else/queue"
	"example.com/shop/missing"
)

const Limit = 10

var ErrLimit = errors.New("limit")

var defaultStore = store.New("x")

var first, second = store.New("a"), pay.NewCard(1)

type Base struct {
	ID int
}

func (b *Base) Describe() string { return fmt.Sprint(b.ID) }

func (b Base) Reset() { b.ID = 0 }

type Line struct {
	Price int
	card  *pay.Card
}

type Lines []Line

type Handler func(*Order) error

type Alias = Order

type Order struct {
	*Base
	sync.Mutex
	store.Named
	lines   []*Line
	index   map[string]Line
	gateway pay.Gateway
	store   *store.Store
	then    Handler
}

func NewOrder(gateway pay.Gateway) (*Order, error) {
	if gateway == nil {
		return nil, ErrLimit
	}
	o := &Order{gateway: gateway, lines: make([]*Line, 0), store: defaultStore}
	o.Describe()
	o.Base.Reset()
	o.Lock()
	return o, nil
}

func (l *Line) Total(factor int) int {
	return l.Price * factor
}

func (l Lines) Sum() (sum int) {
	for _, line := range l {
		sum += line.Total(1)
	}
	return sum
}

func (o *Order) Total() int {
	sum := 0
	for _, line := range o.lines {
		sum += line.Total(2)
	}
	for i := range o.lines {
		sum += o.lines[i].Total(3)
	}
	if line, ok := o.index["x"]; ok {
		line.card.Charge(sum)
	} else if line := o.find(1); line != nil {
		line.Total(1)
	}
	return sum + o.ID
}

func (o *Order) Pay(amount int) error {
	o.gateway.Charge(amount)
	receipt, err := o.gateway.Receive(amount)
	if err != nil {
		return fmt.Errorf("pay: %w", err)
	}
	receipt.Print()
	card := second
	card.Charge(1)
	switch value := interface{}(receipt).(type) {
	case *Line:
		value.Total(1)
	case pay.Card, *Order:
		value.Total(1)
	default:
		log.Print("none")
	}
	check := func(check int) bool { return check > Limit }
	check(amount)
	o.then(o)
	o.store.Save(receipt, 1)
	store := o.store
	store.Save(receipt, 2)
	queue.Push(o)
	missing.Do()
	other.Push(o)
	return o.unknown()
}

func (o *Order) Title() string {
	return o.Named.Name()
}

func run(handler Handler, orders ...*Order) {
	for _, order := range orders {
		go order.Pay(1)
		defer order.Unlock()
	}
	handler(nil)
	alias := new(Alias)
	alias.Total()
	lines := Lines{{Price: 1}, {Price: Limit}}
	lines.Sum()
	Lines(nil).Sum()
	var line Line
	line.Total(len(lines))
	run(handler)
	names := map[string]int{second.Name: 1}
	_ = names
	platform()
	(*Order).Total(nil)
	apply(line.Total)
	Map[int](lines, nil)
	Keep(line).Total(1)
}

func apply(f func(int) int) {}

func Map[T any, U fmt.Stringer](list Lines, f func(T) U) []U {
	var zero U
	zero.String()
	return nil
}

func Keep[T pay.Gateway](value T) T {
	value.Charge(1)
	return value
}
