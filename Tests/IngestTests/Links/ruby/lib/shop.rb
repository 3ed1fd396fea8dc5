require "json"
require "shop/entity"
require_relative "shop/order"

module Shop
  LIMIT = 10

  class Error < StandardError; end

  def self.configure
    yield settings
    Registry.instance.add(Order.build("x"))
  end

  def self.settings
    @settings ||= Settings.new(LIMIT)
  end

  class Settings
    attr_accessor :limit

    def initialize(limit)
      @limit = limit
    end

    def double
      limit * 2
    end
  end
end

Shop.configure { |settings| settings.double }
Shop.settings.double
