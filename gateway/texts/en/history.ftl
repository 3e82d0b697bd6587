### The last commands. A line is made by the handler: time, + or -, keyword.

history-list =
    Your commands (+ accepted, - refused):
    { $lines }
history-empty = There are no commands yet. All commands: *111#
