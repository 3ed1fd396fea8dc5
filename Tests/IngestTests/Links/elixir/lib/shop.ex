defmodule Shop do
  @moduledoc "Orders and lines."
  alias Shop.{Order, Store.Memory}
  alias Shop.Line, as: Item
  alias Shop.Catalog
  require Logger
  import Shop.Format, only: [money: 1, pad: 2]
  import Enum, only: [map: 2]

  @limit 10
  @store Memory

  def open(name, opts \\ []) do
    order = Order.new(name)
    order
    |> Order.add(%Item{name: "tea"})
    |> Order.add("milk", 2)
    |> check()
    |> log(opts)
  end

  # Two clauses are one function.
  defp check(%Order{lines: []} = order), do: order
  defp check(order) when is_map(order), do: check(order, @limit)

  defp check(order, limit) do
    if length(order.lines) > limit, do: raise(Shop.TooLong, order: order)
    order
  end

  defp log(order, opts) do
    Logger.info("opened")
    map(order.lines, &money/1)
    Enum.each(order.lines, &Item.cost/1)
    Enum.map(opts, fn {key, value} -> pad(key, value) end)
    pad("three", 4, 5)
    money(order, 2)
    order
  end

  def total(order), do: __MODULE__.sum(order.lines, 0)

  def sum([], total), do: total
  def sum([line | rest], total), do: sum(rest, total + Item.cost(line))

  def save(order) do
    @store.put(order)
    Memory.put(order)
    Memory.hidden(order)
    :ets.insert(:orders, order)
    Catalog.Index.find(order)
    Catalog.missing(order)
    order.name
    order.module.run(order)
    callback = fn x -> x end
    callback.(order)
  end

  defdelegate put(order), to: Memory
  defdelegate fetch(key), to: Memory, as: :get

  defmodule Inner do
    alias Shop.Store.Disk, as: Memory

    def run(order) do
      Memory.put(order)
      # Functions of the module around are not seen.
      check(order)
      Shop.open("x")
    end

    def other(order) do
      alias Shop.Line, as: Memory
      Memory.cost(order)
    end
  end

  def inner(order) do
    Inner.run(order)
    Memory.put(order)
  end
end
