# frozen_string_literal: true

module Shop
  # What is written to goes to the writer, or to what was declared to be written.
  class Label
    attr_accessor :colour

    def text
      @text
    end

    def text=(value)
      @text = value
    end

    def fill(other)
      self.text = 'a'
      self.text += 'b'
      self.colour = text
      other.text = 'c'
      other.unknown_thing = 1
      other.text, other.colour = 'd', 'e'
      label = Label.new
      label.text ||= 'f'
    end
  end
end
