# Of two modules with one name there is no telling.
if Code.ensure_loaded?(Jason) do
  defmodule Shop.Json do
    def encode(value), do: Jason.encode!(value)
  end
else
  defmodule Shop.Json do
    def encode(value), do: inspect(value)
  end
end

defmodule Shop.Json.User do
  def run(value), do: Shop.Json.encode(value)
end
