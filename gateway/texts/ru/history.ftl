### The last commands. A line is made by the handler: time, + or -, keyword.

history-list =
    Ваши команды (+ принято, - отказ):
    { $lines }
history-empty = Команд пока не было. Список команд: *111#
