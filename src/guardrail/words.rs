//! Word lists: grammar, and the ordinary English in which general rules are written.

use std::collections::HashSet;
use std::sync::LazyLock;

type Words = LazyLock<HashSet<&'static str>>;

fn set(lists: &[&'static str]) -> HashSet<&'static str> {
    lists.iter().flat_map(|list| list.split_ascii_whitespace()).collect()
}

/// Words in which general rules on relevance are written: they name no example, wherever else they occur.
pub(super) fn is_ordinary(word: &str) -> bool {
    static ALL: Words = LazyLock::new(|| set(&[ORDINARY, FUNCTION]));
    ALL.contains(word)
}

/// Words that carry grammar and little else.
pub(super) fn is_function_word(word: &str) -> bool {
    static ALL: Words = LazyLock::new(|| set(&[FUNCTION]));
    ALL.contains(word)
}

/// Words that cannot end a sentence.
pub(super) fn is_dangling(word: &str) -> bool {
    static ALL: Words = LazyLock::new(|| set(&[DANGLING]));
    ALL.contains(word)
}

/// Languages that can be told apart, each with its frequent words.
pub(super) fn languages() -> &'static [(&'static str, HashSet<&'static str>)] {
    static ALL: LazyLock<Vec<(&str, HashSet<&str>)>> =
        LazyLock::new(|| FREQUENT.iter().map(|(name, words)| (*name, set(&[words]))).collect());
    &ALL
}

/// Function words of English, for content and for ends of sentences.
const FUNCTION: &str = "
    a about above after all also although an and any are as at be because been before being below between both but by
    can could did do does during each either else even every for from had has have he her his how i if in into is it
    its just may me might more most must my no nor not of on once one only or other our out over own same shall she
    should since so some somebody something still such than that the their them then there these they this those
    though through to too under unless until up us very was we were what when where whether which while who whom whose
    why will with within without would yet you your it's don't doesn't
";

/// Words that cannot end a sentence.
const DANGLING: &str = "
    a an and are as at because between but by either for from has have if into is of or than that the their these this
    to unless was were when where whether which while who whose with without its your every such be
";

/// Frequent words of each language, few of which are frequent in another.
const FREQUENT: [(&str, &str); 7] = [
    (
        "English",
        "
         the and of to is that it with for are this be not or if when by as which than but its from an only does
         lower higher query document rate rating on in a
        ",
    ),
    (
        "German",
        "
         der die das und ist nicht ein eine wenn mit für auf dem den zu von sind oder nur werden wird auch als bei
         sich einer einem einen im sie es nach des dokument anfrage bewerte niedriger höher daß dass
        ",
    ),
    (
        "French",
        "
         le la les des et est une un du que qui dans pour pas ne sur avec ou si aux au ce cette sont il elle plus
         mais note lorsque doit être documents à d'un d'une l'utilisateur requête même
        ",
    ),
    (
        "Spanish",
        "
         el la los las y es una un del que en para no por con se si lo al su más pero como cuando debe son consulta
         documento documentos esta este nota baja está
        ",
    ),
    (
        "Italian",
        "
         il lo gli che di è una un per non con del della sono se più anche ma nel dei alla quando documento punteggio
         deve e i
        ",
    ),
    (
        "Portuguese",
        "
         o os as e é uma um do da dos que em para não por com se mais mas como quando deve são documento consulta ao
         na no
        ",
    ),
    (
        "Dutch",
        "
         de het een en van is niet dat die op te met voor als zijn bij ook maar wordt naar geef lager hoger document
         zoekopdracht wanneer
        ",
    ),
];

/// By hand, from writing rules for other corpora; not from any data that ships here.
const ORDINARY: &str = "
    able abbreviation abbreviations accept acceptable access accident accurate acronym acronyms act active actual
    actually add added addition address addresses again against age aged ago agree alone already alternative always
    amount another answer answered answering answers anybody anyone anything apart appear appears applies apply
    approval approved approve archive archived article articles ask asked asker asking asks assign audience author
    authoritative authority available avoid aware award away back background bad base based basic basis best better
    big bit body both brief briefly bring broad broken bury buried call called cap careful carefully carry case cases
    category caution central certain change changed changes chat chats check checked clear clearly close closed
    colleague comment comments common company compare compared complete completely comply concern concerns concise
    condition conditions confirm confirmed consider considered contain contains content contents context contradict
    contradicts correct correctly contractor contractors customer customers cost could count counts course cover covered covers credit criteria criterion
    current currently date dated dates day days deal deals decide decision dedicated definition deprecated depend
    depends deserve deserves detail detailed details differ difference different direct directly discuss discussed
    discusses discussion distinct distinguish document documentation documents double doubt down draft drafts due
    duplicate earlier early easy effort else email emails employee employees empty end ends enough entire entirely
    entity entry equal error errors especially etc even event evidence exact exactly example examples except exception
    exceptions exclude excluded excludes exist existing exists expect expected expired explain explained explains
    explanation explicit explicitly extent extra fact facts fail fails fair false far few fewer field fields file files
    final find finds fit fits first five focus follow following follows foreign form format formal found four free
    fresh full fully further general generally genuine get gets give given gives giving go goal goes good got great
    group groups guess guide guides half hand hard hardly have head heading help helpful helps here hidden high higher
    highest hint history hold holds hour hours however human idea identical ignore imply important incomplete
    indicate indicates indirect informal information informative initialism inside instead instruction instructions
    intent intended intention interest internal irrelevant issue issues item items itself judge judged judgement keep
    keeps kept keyword keywords kind kinds know knows known label lack lacking lacks language languages large last
    late later latest lead leads least leave left length less lesser let level levels like likely limit limited line
    lines link linked links list listed lists literal little long longer look looks low lower lowered lowest mail mails
    main mainly maintained manager managers manual manuals make makes many mark marked marginal match matched matches matching material matter matters maximum
    mean meaning means meeting mention mentioned mentions mere merely message messages metadata middle minor minutes
    mislead misleading miss missed misses missing mistake modest month months mostly move moved much multiple name
    named names narrow near nearly necessary need needed needs neither never new newer newest news next nobody none
    normal note notes nothing notice noun number numbers obsolete obvious off offer offers office official often old
    older omit open opinion order original others otherwise outdated outside overlap overview owner owners page pages
    paragraph part partial partially particular parts party pass passage passing past people per perfect perhaps person
    personal phrase phrases piece place plain plan plans point pointer points policy policies poor portion possible post
    posts practical precise precisely prefer present pretend previous primary problem problems procedure process product
    products project proposal proposals prove provide provided provides purpose put queries query question questions
    quick quote raise raised range rank rare rarely rate rated rates rather rating ratings rationale reach read reader
    readers real really reason reasonable reasons receive receives recent recently recommend record reduce refer
    reference references refers region regions regardless related relate relevant relevance remain remark remarks remove
    repeat repeats replace replaced replacement reply report reported reports request requested requests require required
    requires resolve resolved respond response rest result results retired review reviewed revision right role roles rule
    rules run said satisfied satisfies satisfy save say saying says scale scope score scores search searched searcher
    searches second section see seem seems seen sense sentence sentences separate serious serve setting settings settle
    several short shorter shortly show showing shown shows side sign signed silent similar simple simply single sister
    site sites situation size slightly small snippet snippets solution solutions solve solved sort source sources speak
    specific specification staff spell spelled spells stage stale stand standing state stated statement states status step
    steps stop strict strictly strong subject subjects substance substantial substitute suggest suggests summaries
    summary superseded support supports sure surface system systems table tangential take takes target task team teams
    tell tells term terms test tested text texts thing things think third thorough thread threads three thus ticket
    tickets tie time times title titles today together tool tools top topic topics touch touches treat treated true
    trust truth try turn two type types typed uncertain unclear understand unfinished unit unofficial unrelated
    unreviewed unsure update updated updates upper usable use used useful useless user users uses using usual usually
    valid value values variant verified version versions view vocabulary wait want wanted wants way ways weak wear
    website week weeks weigh weight well whatever whole wide wiki wikis word wording words work worked working works
    worse worst worth write written wrong year years yes yesterday zero team's site's document's query's user's
    answer's page's region's language's employee's explicit minimal maximal similarly named rest nothing
    english german french spanish italian portuguese dutch european january february march april may june july august
    september october november december monday tuesday wednesday thursday friday saturday sunday
    json pdf api apis faq faqs url urls html csv xml id ids ok hr it ui ai llm nmse todo q&a
";
