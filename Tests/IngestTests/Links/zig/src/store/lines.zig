pub const Line = struct {
    price: usize,

    pub fn empty() Line {
        return Line{ .price = 0 };
    }

    pub fn cost(self: Line) usize {
        return self.price;
    }
};

/// Has a name that others have as well.
pub fn parse(text: []const u8) Line {
    const result = helper(text);
    return result;
}

fn helper(text: []const u8) Line {
    _ = text;
    return Line.empty();
}
