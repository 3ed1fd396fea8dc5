print("segstore")
