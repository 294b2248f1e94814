"""Week: what people asked and thought, what it cost, and for how long the model will answer."""
