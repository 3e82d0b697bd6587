### Help.

help-menu =
    { $codes }
    Подробнее: SMS ПОМОЩЬ и слово
help-forms = { $forms }
help-unknown_topic = Нет команды «{ $topic }». Список команд: *111#. Пример: ПОМОЩЬ ПЕРЕВОД
