"""Fine-tuning jobs: what moves them, and what they leave behind."""
