### part: what a command consists of, as it is named inside a refusal

part-card = код карты
part-code = код подтверждения
part-date = дата
part-day = день месяца
part-digit = цифра выбора
part-email = адрес почты
part-id = код из списка
part-language = язык
part-name = имя
part-number = номер телефона
part-period = период
part-pin = пароль
part-points = число баллов
part-seconds = число секунд
part-sum = сумма
part-text = текст
part-threshold = порог
part-topic = слово команды, например ПЕРЕВОД

### refusal: what could not be read, what is possible, an example to copy

refusal-ambiguous = Можно понять двояко. Отправьте { $suggestion1 } или { $suggestion2 }
refusal-bad_card = В коде карты { $min }-{ $max } цифр, у вас { $length }. Пример: { $example }
refusal-bad_code = Код подтверждения - это цифры из SMS. Пример: { $example }
refusal-bad_date = Такой даты нет. Нужны день, месяц, год. Пример: { $example }
refusal-bad_date-reversed = Конец раньше начала. Наоборот: { $example }
refusal-bad_email = Адрес почты не подходит: { $input }. Пример: { $example }
refusal-bad_id = Код не подходит: { $input }. В нём 1-8 цифр. Пример: { $example }
refusal-bad_name = Имя не подходит: { $input }. Нужно одно слово из букв. Пример: { $example }
# `length` counts the digits that were seen.
refusal-bad_number =
    Номер не подходит: в нём { $length } { $length ->
        [one] цифра
        [few] цифры
       *[many] цифр
    }. Пример: { $example }
refusal-bad_period = Период не подходит: { $input }. Нужно { $right }, например { $example }
refusal-bad_pin = Пароль не подходит: нужно от { $min } до { $max } знаков. Пример: { $example }
refusal-bad_sum = Сумма не подходит: { $input }. Целое число от { $min }. Пример: { $example }
refusal-bad_sum-spaced = Сумму наберите без пробела: { $right }
# `before` is the end of what stands before the gap.
refusal-empty_part = Пропущено: { $part }, после { $before }. Пример: { $example }
refusal-foreign_number = Это номер другой страны, нужен наш. Пример: { $example }
refusal-landline = Это городской номер, а нужен мобильный. Пример: { $example }
# `part` is what the value is for: a sum, a day.
refusal-out_of_range = Не подходит: { $part }. Можно от { $min } до { $max }. Пример: { $example }
refusal-pin_mismatch = Пароли не совпали. Наберите новый пароль два раза. Пример: { $example }
refusal-self = Это ваш собственный номер, а нужен другой. Пример: { $example }
refusal-superscript = Знак { $input } не читается. Набирайте обычные цифры. Пример: { $example }
refusal-tail = После # лишнее: { $input }. Наберите так: { $right }
refusal-too_long =
    Слишком длинно: { $length } { $length ->
        [one] знак
        [few] знака
       *[many] знаков
    }, можно до { $max }. Пример: { $example }
refusal-two_commands = В одной SMS две команды. Отправьте по одной, например: { $example }
refusal-unknown_code = Такой команды нет: { $input }. Список команд: { $example }
# A keyword of another short number: ПАКЕТ belongs to 6677.
refusal-unknown_code-other_number = { $right } ({ $about1 }) отправьте на номер { $number }.
# A bare 1 or 2 with nothing to answer.
refusal-unknown_code-answer = Отвечать не на что: вопроса нет или он устарел. Список команд: { $example }
refusal-unknown_code-one = Такой команды нет: { $input }. Может быть, { $suggestion1 } ({ $about1 })?
refusal-unknown_code-two = Такой команды нет: { $input }. Похожие: { $suggestion1 } { $about1 }, { $suggestion2 } { $about2 }
refusal-wrong_argument_count-missing = Не хватает: { $part }. Пример: { $example }
refusal-wrong_argument_count = Команда набрана не так. Нужно { $right }, например { $example }
