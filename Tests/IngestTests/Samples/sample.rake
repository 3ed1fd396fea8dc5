# No test says that: it is some other library's word.
feature "login" do
  helper
end
context "x" do
  it "y" do
  end
end
