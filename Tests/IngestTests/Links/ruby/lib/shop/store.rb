module Shop
  module Store
    module_function

    def open_all
      helper
    end

    def helper
      Repository.new.find(2)
    end

    class Repository < Vendor::Base
      def find(id)
        order = cache[id]
        order.check
        Order.find(id)
        Store.open_all
        vendor_method(id)
        Order.new("x", lines: []) { |o| o.total }
      end

      def save(order)
        order.unique_name
        Line.new(1, 2)
        self.class.new
      end

      def unique_name
      end

      private

      def cache
        @cache ||= Hash.new
      end
    end
  end

  # Opened again.
  class Order
    def late
      total
      check
    end
  end

  class Error
    def explain
      message
    end
  end
end
