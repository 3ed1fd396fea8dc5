require "shop/entity"

module Shop
  class Order < Entity
    STATES = %w[new paid].freeze
    include Comparable

    def initialize(name, lines: [], &block)
      super(name)
      @lines = lines
      @first = Line.new(1)
      @repository ||= Store::Repository.new
      block.call(self)
    end

    def total
      cost = 0
      @lines.each do |line|
        cost += line.cost
      end
      cost += @first.cost
      cost
    end

    def check
      total
      validate
      log "checked"
      now = total
      now
      name = first.cost
      name
      touch.check
      self.total
      @repository.find(1).check
      @repository.save self
      Shop::LIMIT + LIMIT + Line::PRICE + Missing
      Shop.settings.double
      Line.none.cost
      ::Shop::Line.none
      STATES.first.upcase
      unknown_name
      unknown_call(1)
      raise Error, "x" unless name
    rescue Error => problem
      problem.message
      problem.explain
    end

    def find(line, limit = Line.none)
      line.cost
      limit.cost
      if line
        limit = Line.new(2)
      end
      limit.cost
      limit.unique_name
      case line
      in { cost: Integer => size, total: }
        size.cost
        total
      end
      [1].each { |total| total }
      total
      ->(check) { check }
      handler = method(:check)
      handler.call
      lines.map(&:cost)
    end

    alias_method :sum, :total

    def first
      @first
    end

    def self.find(id)
      new("x").check
      find_all_by(id)
      self.create("y").total
      build("z").total
      count_all
      logger.info("x")
      check
    end
  end

  class Line
    PRICE = 3

    def initialize(price)
      @price = price
    end

    def cost
      @price
    end

    def self.none
      new(0)
    end
  end
end
