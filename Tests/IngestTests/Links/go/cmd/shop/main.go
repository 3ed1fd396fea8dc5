package main

import (
	"os"

	"example.com/shop"
	"example.com/shop/pkg/payments"
)

func main() {
	card := payments.NewCard(1)
	order, err := shop.NewOrder(card)
	if err != nil {
		os.Exit(1)
	}
	order.Total()
	order.Base.Describe()
	shop.ErrLimit.Error()
	var limit = shop.Limit
	var handler shop.Handler = handle
	handler(order)
	_ = limit
	err.Error()
	func(card string) {
		card.Charge()
	}("x")
	select {
	case card := <-orders:
		card.Charge(1)
	}
}

var orders chan *payments.Card

func handle(order *shop.Order) error { return order.Pay(payments.Unit.Cost()) }
