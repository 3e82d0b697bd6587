### menu: the screens of a USSD dialog. Titles are also the words of the items that lead to them, so they are short.

menu-acting = Друг номер
menu-autopay = Автоплащане
menu-bill = Фирмена сметка
menu-blacklist = Черен списък
menu-block = Блокиране
menu-bonus = Точки
menu-bonus_gift = Подарени точки
menu-cabinet = Моят профил
menu-child = Дете
menu-child_consent = Съгласие от дете
menu-family = Семейство
menu-favourite = Любими номера
menu-language = Език
menu-language_1 = Русский
menu-language_2 = Latinica
menu-language_3 = Български
menu-language_4 = English
menu-linked = «Номерата»
menu-locator = Локатор
menu-main = Меню
menu-main_7 = Превод
menu-melody = Мелодия за повикване
menu-money = Пари
menu-numbers = Номера
menu-other = Друго
menu-payments = Зареждане
menu-permission = Чужд баланс
menu-pictures = Картинки
menu-promised = Обещано плащане
menu-regular = Редовен превод
menu-services = Услуги
menu-social = Соцмрежи
menu-statement = Извлечение
menu-subscriptions = Абонаменти
menu-tariff = Тарифа
menu-trust = Доверие
menu-voicemail = Гласова поща
menu-waiting = Чакат отговор

# Items whose codes have longer words: menu-<menu>_<digit>.
menu-money_1 = Баланс
menu-money_2 = Пакети
menu-money_3 = Разходи
menu-payments_1 = Моя номер
menu-payments_2 = Друг номер
menu-payments_3 = Ваучер
menu-payments_4 = Ваучер за друг
menu-payments_5 = Помоли за зареждане
menu-payments_6 = Помоли за сума
menu-regular_1 = Включи
menu-regular_2 = Спри
menu-promised_1 = Условия
menu-promised_2 = Вземи
menu-promised_3 = История
menu-autopay_1 = Какво е включено
menu-autopay_2 = При праг
menu-autopay_3 = Веднъж месечно
menu-autopay_4 = Изключи
menu-statement_1 = За този месец
menu-statement_2 = За период
menu-statement_3 = Къде да идва
menu-bill_1 = За плащане
menu-bill_2 = Плати
menu-bill_3 = По график
menu-bill_4 = Спри графика
menu-tariff_1 = Моята тарифа
menu-tariff_3 = Смени
menu-tariff_5 = Всички тарифи
menu-tariff_8 = Съвет
menu-services_1 = Моите услуги
menu-services_2 = Всички услуги
menu-services_3 = Включи
menu-services_4 = Изключи
menu-subscriptions_1 = Списък
menu-subscriptions_2 = Спри един
menu-subscriptions_3 = Спри всички
menu-subscriptions_4 = Забрани нови
menu-subscriptions_5 = Разреши нови
menu-linked_1 = Включи
menu-linked_2 = Изключи
menu-linked_3 = Добави номер
menu-linked_4 = Съгласен съм
menu-linked_5 = Отказвам
menu-linked_6 = Моите номера
menu-linked_7 = Действай за
menu-linked_8 = Махни номер
menu-other_1 = Обади се
menu-other_2 = Изпрати SMS
menu-other_7 = Дневник
menu-waiting_1 = Да, с код
menu-waiting_2 = Не, с код
menu-waiting_3 = Откажи всички

# Under a screen: `more` where it goes on, `back` in every menu but the first.
menu-more = 9 още
menu-back = 0 назад
menu-yes_no = 1 да 2 не 0 назад
# What has to be typed, and an example of it.
menu-ask = Въведете: { $part }. Пример: { $example }
menu-ask_free = Въведете: { $part }
menu-wrong = Няма такава точка
# Where the screen has no room for more.
menu-wrong_short = Не е то
menu-empty = Няма от какво да изберете: списъкът е празен.
menu-resume =
    Миналия път прекъсна.
    1 продължи
    2 отначало
menu-gone = Този разговор вече приключи. Наберете *111#
