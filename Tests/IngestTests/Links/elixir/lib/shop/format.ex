defmodule Shop.Format do
  import Kernel, except: [inspect: 1]
  import String

  def money(amount), do: "#{amount} EUR" |> pad(8)

  def pad(text, width), do: pad_leading(text, width)

  def inspect(value), do: to_string(value)

  def show(value), do: inspect(value)

  def empty?(value), do: Enum.all?(value, &blank?/1)

  def blank?(value), do: value == ""

  defmacro label(text) do
    quote do
      unquote(text) <> Shop.Format.show(unquote(text))
    end
  end

  def shout(text) do
    import Shop.Web.Helpers, except: [quiet: 1]
    loud(text)
    quiet(text)
  end
end

defprotocol Shop.Size do
  def size(value)
end

defimpl Shop.Size, for: Shop.Order do
  alias Shop.Order, as: Own
  def size(order), do: count(order.lines)
  defp count(%Own{} = order), do: Shop.Size.size(order)
  defp count(lines), do: length(lines)
end
