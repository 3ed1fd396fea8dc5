const main = @import("../main.zig");
const gone = @import("../gone.zig");
const config = @import("config");

pub const Worker = struct {
    pub fn start(self: Worker) void {
        _ = self;
        main.Shop.reset(undefined);
        main.helper();
        gone.helper();
        config.read();
    }
};
