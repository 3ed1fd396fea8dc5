package queue

func Push(value interface{}) {}
