module Shop
  class Grammar
    def self.parse(text)
      new.parse(text)
    end

    def parse(text)
      [1].each { |one| check(one) }
      Builder.build do
        check(text)
      end
      instance_eval { check(text) }
      Array(text)
    end

    def check(text); end
  end

  class Array; end
end
