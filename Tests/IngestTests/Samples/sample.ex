defmodule A.B do
  @moduledoc "Doc"
  use GenServer
  alias X.Y, as: Z
  import Foo
  @limit 3
  @doc """
  Runs.
  """
  @spec run(integer) :: atom
  def run(a, b \\ 1) when a > 1 do
    helper(a) |> Z.go(1)
  end
  defp helper(x), do: x
  defmacro mac(x), do: x
  defstruct [:a, :b]
  alias Deep.{One, Two.Three}
  @typedoc "What it is."
  @type t :: integer
  @typep pair(a) :: {a, a}
  @opaque hidden :: Deep.t()
  @doc "Has to run."
  @callback run(a :: integer) :: :ok
  @callback get() :: t when t: var
  @macrocallback expand(x :: t) :: Macro.t()
  def left <~> right, do: helper(left, right)
  def a + b when is_integer(a), do: a
  def !a, do: a
  defmodule Inner do
  end
end
defprotocol P do
  def f(x)
end
defimpl P, for: Integer do
  def f(x), do: x
end
