### The last commands. A line is made by the handler: time, + or -, keyword.

history-list =
    Вашите команди (+ приета, - отказ):
    { $lines }
history-empty = Още няма команди. Списък на командите: *111#
