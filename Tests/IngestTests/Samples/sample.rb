require 'json'
require 'minitest/spec'
require_relative "../lib/x"
module A::B
  class Foo < Bar::Base
    include Comparable
    extend Other
    LIMIT = 3
    attr_reader :x, :y
    @@c = 1
    def initialize(a, b = 1, *c, &d)
      @a = a
      super(a)
    end
    def self.make(*args) = new(*args)
    class << self
      def k; helper; end
    end
    private
    def secret?; foo.bar(1).baz if x && y; end
    private def other; end
  end
end
def top; puts "x #{y.z}"; end
Struct.new(:a) do
  def q; end
end
describe Foo do
  it "works" do
    expect(1).to eq(1)
  end
end
class FooTest < Minitest::Test
  def test_a; assert true; end
end
class Words
  # So that is said.
  private def hidden
    1
  end
  protected attr_reader :shown
  TABLE ||= {}
  alias_method :to_s, :inspect
  alias old hidden
  alias $new $old
end
# Two numbers.
Point = Struct.new(:x, :y) do
  def length = Math.sqrt(x)
  private
  def half; end
end
Failure = Class.new(StandardError)
Coordinate = Data.define(:lat) { def up; end }
Helpers = Module.new do
  def help; end
end
