defmodule Shop.Store do
  @callback put(order :: term) :: :ok

  defmacro __using__(_opts) do
    quote do
      @behaviour Shop.Store
      import Shop.Format

      def name, do: label("store")

      def clear() do
        :ok
      end
    end
  end
end

defmodule Shop.Store.Memory do
  use Shop.Store
  use GenServer

  def put(order) do
    hidden(order)
    money(1)
    clear()
    order |> get
  end

  def get(key), do: key

  defp hidden(order), do: order

  @impl true
  def init(state), do: {:ok, state}
end

defmodule Shop.Store.Disk do
  @behaviour Shop.Store

  def put(order), do: File.write("a", :erlang.term_to_binary(order))
end

defmodule Shop.Catalog do
  defmodule Index do
    def find(order), do: order
  end

  def all, do: Index.find(nil)
end

defmodule Shop.Job do
  @callback run(args :: list) :: :ok

  def run(job, args \\ []), do: job.run(args)

  def all(jobs), do: Enum.each(jobs, &Shop.Job.run/1)
  def one(job), do: run(job)
end
