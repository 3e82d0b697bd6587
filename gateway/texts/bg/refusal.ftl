### part: what a command consists of, as it is named inside a refusal

part-card = код на картата
part-code = код за потвърждение
part-date = дата
part-day = ден от месеца
part-digit = цифра за избор
part-email = имейл адрес
part-id = код от списъка
part-language = език
part-name = име
part-number = телефонен номер
part-period = период
part-pin = парола
part-points = брой точки
part-seconds = брой секунди
part-sum = сума
part-text = текст
part-threshold = праг
part-topic = дума на команда, например ПРЕВОД

### refusal: what could not be read, what is possible, an example to copy

refusal-ambiguous = Може да се разбере по два начина. Изпратете { $suggestion1 } или { $suggestion2 }
refusal-bad_card = Кодът на картата е { $min }-{ $max } цифри, а Вашият е { $length }. Пример: { $example }
refusal-bad_code = Кодът за потвърждение е от цифрите в SMS. Пример: { $example }
refusal-bad_date = Няма такава дата. Нужни са ден, месец, година. Пример: { $example }
refusal-bad_date-reversed = Краят е преди началото. Обратно: { $example }
refusal-bad_email = Неправилен имейл адрес: { $input }. Пример: { $example }
refusal-bad_id = Неправилен код: { $input }. Той има 1-8 цифри. Пример: { $example }
refusal-bad_name = Неправилно име: { $input }. Нужна е една дума от букви. Пример: { $example }
# `length` counts the digits that were seen.
refusal-bad_number =
    Неправилен номер: в него има { $length } { $length ->
        [one] цифра
       *[other] цифри
    }. Пример: { $example }
refusal-bad_period = Неправилен период: { $input }. Трябва { $right }, например { $example }
refusal-bad_pin = Неправилна парола: трябва да е от { $min } до { $max } знака. Пример: { $example }
refusal-bad_sum = Неправилна сума: { $input }. Цяло число от { $min }. Пример: { $example }
refusal-bad_sum-spaced = Наберете сумата без интервал: { $right }
# `before` is the end of what stands before the gap.
refusal-empty_part = Пропуснато: { $part }, след { $before }. Пример: { $example }
refusal-foreign_number = Номерът е чуждестранен, трябва наш. Пример: { $example }
refusal-landline = Това е стационарен номер, трябва мобилен. Пример: { $example }
# `part` is what the value is for: a sum, a day.
refusal-out_of_range = Извън границите: { $part }. Може от { $min } до { $max }. Пример: { $example }
refusal-pin_mismatch = Паролите не съвпадат. Наберете новата парола два пъти. Пример: { $example }
refusal-self = Това е Вашият номер, а трябва друг. Пример: { $example }
refusal-superscript = Знакът { $input } не се чете. Пишете обикновени цифри. Пример: { $example }
refusal-tail = След # има излишно: { $input }. Наберете така: { $right }
refusal-too_long =
    Твърде дълго: { $length } { $length ->
        [one] знак
       *[other] знака
    }, може до { $max }. Пример: { $example }
refusal-two_commands = В един SMS има две команди. Изпратете ги поотделно, например: { $example }
refusal-unknown_code = Няма такава команда: { $input }. Списък на командите: { $example }
# A keyword of another short number: ПАКЕТ belongs to 6677.
refusal-unknown_code-other_number = { $right } ({ $about1 }) изпратете на номер { $number }.
# A bare 1 or 2 with nothing to answer.
refusal-unknown_code-answer = Няма въпрос, който чака отговор, или е изтекъл. Команди: { $example }
refusal-unknown_code-one = Няма такава команда: { $input }. Може би { $suggestion1 } ({ $about1 })?
refusal-unknown_code-two = Няма такава команда: { $input }. Подобни: { $suggestion1 } { $about1 }, { $suggestion2 } { $about2 }
refusal-wrong_argument_count-missing = Не достига: { $part }. Пример: { $example }
refusal-wrong_argument_count = Командата е набрана неправилно. Трябва { $right }, например { $example }
