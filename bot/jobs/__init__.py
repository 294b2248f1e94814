"""Fine-tuning jobs: each is followed until it ends, and shown on a card."""
