### The detailed statement.

statement-title = Извлечение по сметката
statement-mail = В прикачения файл е извлечението по сметката, което поискахте.
statement-column_when = Кога
statement-column_what = Какво
statement-column_other = Номер
statement-column_quantity = Колко
statement-column_cost = Цена
statement-total = Всичко
statement-rest = Останалите записи, общо

statement-show = { DATE($since) }-{ DATE($until) }: разговори { $minutes } мин { MONEY($calls) }, SMS { $messages } бр { MONEY($texting) }, интернет { $megabytes } МБ { MONEY($data) }, услуги и плащания { MONEY($paid) }. Всичко { MONEY($total) }
statement-sent = Извлечение { DATE($since) }-{ DATE($until) }, редове: { $rows }, до { $email }
statement-deliver = { $where ->
        [sms] Извлечението ще идва накратко със SMS. Поръчка: *111*551#
        [nowhere] Извлечението ще идва като файл { $form } на поща. Посочете адрес: SMS ИЗВЛЕЧЕНИЕ 010326 100326 адрес
       *[mail] Извлечението ще идва като файл { $form } на { $email }
    }

statement-future = Периодът не е започнал. Днес е { DATE($today) }. ИЗВЛЕЧЕНИЕ 010326 310326
statement-too_old = Извлечение има най-много за { $months } мес., от { DATE($oldest) }. По-старо - в магазин с паспорт.
statement-no_usage = От { DATE($since) } до { DATE($until) } няма нищо. Друг период: *111*551*7*от*до#, например *111*551*7*010326*100326#
statement-no_email = Няма адрес на поща. SMS: ИЗВЛЕЧЕНИЕ 010326 100326 anna@example.com
statement-address_refused = Пощата { $email } не приема писма. Проверете адреса: ИЗВЛЕЧЕНИЕ 010326 100326 адрес
statement-mail_refused = Писмото до { $email } не е прието. Опитайте друг адрес или SMS: *111*551*3*1#
statement-no_answer = Писмото до { $email } не можа да се изпрати. Опитайте по-късно или SMS: *111*551*3*1#
