"""What every layer stands on: errors, text in two languages, commands, discovery."""
