"""The sample prompts put to a model, and the verdict on its answers."""
