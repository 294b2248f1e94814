"""What an admin learns of a job before it ends, and the job that is created again."""
