defmodule Shop.Order do
  defstruct [:name, lines: []]

  def new(name), do: %__MODULE__{name: name}

  def add(order, line), do: add(order, line, 1)

  def add(order, _line, 0), do: order

  def add(order, line, count) do
    order |> put(line) |> add(line, count - 1)
  end

  defp put(%__MODULE__{} = order, line) do
    %{order | lines: [line | order.lines]}
  end
end

defmodule Shop.Line do
  defstruct name: nil, price: 0

  def cost(%Shop.Line{price: price}), do: price
end

defmodule Shop.TooLong do
  defexception [:order]

  def message(error), do: "too long: #{inspect(error.order)}"
end
