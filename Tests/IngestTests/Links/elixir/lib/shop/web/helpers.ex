defmodule Shop.Web.Helpers do
  def loud(text), do: String.upcase(text)
  def quiet(text), do: String.downcase(text)
end

defmodule Shop.Web do
  def controller do
    quote do
      import Shop.Web.Helpers
      alias Shop.Order
    end
  end

  defmacro __using__(which), do: apply(__MODULE__, which, [])
end

defmodule Shop.Web.Page do
  use Shop.Web, :controller

  def show(order) do
    loud(order)
    render(order, with: &quiet/1)
    Shop.Order.new("a") |> Shop.total()
    Order.new("outside")
  end
end
