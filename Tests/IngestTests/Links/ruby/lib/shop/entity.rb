module Shop
  module Loggable
    def self.included(base)
      base.extend(ClassMethods)
    end

    module ClassMethods
      def logger
        Logger.new($stdout)
      end
    end

    def log(text)
      prefix
      puts text
      self.class.logger
    end

    def validate
      log("validate")
    end
  end

  module Countable
    def count_all
      total_count
    end
  end

  class Entity
    include Loggable
    extend Countable

    attr_reader :name, :clock

    def initialize(name)
      @name = name
      @clock = Clock.new
      setup
    end

    def validate
      super
      clock.now
      @clock.now
      name.run
      true
    end

    def touch
      @touched = true
      self
    end

    def self.create(*args)
      new(*args).touch
    end

    class << self
      def build(name)
        entity = create(name)
        entity.validate
        entity
      end
    end

    private

    def setup; end
  end

  class Clock
    def now
      Time.now
    end
  end
end
