### Help.

help-menu =
    { $codes }
    { $rest ->
        [0] Подробнее: SMS ПОМОЩЬ и слово
       *[more] Ещё { $rest }: меню *111#. SMS ПОМОЩЬ и слово
    }
help-forms = { $forms }
help-unknown_topic = Нет команды «{ $topic }». Список команд: *111#. Пример: ПОМОЩЬ ПЕРЕВОД
