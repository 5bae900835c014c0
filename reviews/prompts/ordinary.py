"""Names that are ordinary words, too: alone they say nothing about a person.

`max`, `will` and `page` stand in most programs. So do the names of cities, of languages, of those
after whom algorithms are called, and of the people in examples.
"""

from __future__ import annotations

_WORDS = """
abbot able adept admin age agent alabama alaska alexandria ali alice alma amber amity amsterdam angel
apple april arch archer argument aria array art ash asia aspen assert aster async athens atlanta august
austin austria author autumn avalon await babel baker bangalore banks bar barber baron base basel basil
bass bay bayes bead beam bean bear beck beijing bell bellman berg berlin bernoulli berry best bill bird
bishop bit black blair blake blank block blossom blue bob bolt bond book bool boole boolean boon boot
booth boston bow bowl bowman box branch brand brandy bravo bray brazil break bridge bridges brook brooks
brown bruce bruno buck bud buffer build bull burn bush butler button buzz byte cache caesar cairo call
callback camp candy cane cannon canon cap car card carol carolina carrier carter case cash castle cauchy
celsius chad chain chamber chance chandler chapel chapman char charity charlie chase chelsea chester chile
china chip church clan clark class clay clean clerk client cliff close cloud coach cobol code coke cole
collar cologne column comfort command comment commit config console constant cook cookie cooper coral core
corn costa cotton count counter court cove crane cross crow crown cruise cruz cuba cup curie curry cursor
curt cutter daisy dakota dale dallas dane darwin data database date dave david dawn day days deal dean
dear debug deed deer default delete delphi delta demo den denver deploy descartes description dial diamond
dice dick dict dijkstra dill dir do dock docker doe domain dot double dove drake draw drew driver duke
dummy duration dusty dutch earl early east easter eden edge eiffel elder elm email ember emerald end entry
enum epic era eric erik erlang ernest error euclid euler eve even event ever example exception export
fahrenheit faith falcon fall false far farmer fate fawn fay fermat fern fetch fibonacci field fields file
filter finch fine finish fire fish fisher flag fleet flint float flora florence florida flower floyd fold
folder fool ford forest fork format fort foster fountain fourier fox franc france frank frankfurt free
freeman french frost fuller function galileo game gamma gardener garland gates gauss gay gene general
genesis geneva gentry georgia german germany gilbert gill ginger gini glass glen global glove god gold
golden good gopher grace gradle grain grant grave graves gray green grey grid grill group grove guard
guest guide gun gunner guy hack hadamard hail hale hall ham hamilton hammer hamming hand handler hanoi
happy harbor hardy harmony harper harry hart harvard has hash haskell hatch havana haven hawk hay hazel
head header heath heather heaven height henry herb herd hero heron hex high hilbert hill hobby holder
holiday holly home honey hood hook hope horn horner host house houston how huffman hunt hunter husband hut
hyde ice ike image import in index india indigo info ink input instance int integer interface ion ireland
iris iron israel issue italy item iterator ivory ivy jack jackson jacobi jacobian jade jakarta jam jane
jasmine jasper java jay jean jenkins jersey jesus jewel job joe john jolly jordan joy judge julia julian
june junior just justice kafka kay keen keep kelvin kenya kepler key king kit kite knight knot know kotlin
kruskal lacy lad lady lagrange lake lamb lambda lance land lane laplace laravel lark last lath laurel
lavender law lawn layer layout lea leaf lee leeds leek left legend legendre leibniz lemon length lent less
level levenshtein levi library light lily lima limit lincoln line link lion lisbon lisp list little live
loader local lock locke lodge log logger london long loop lord lorem loss lot love low lua lucene lucky
luhn lute lyon mac madison madrid mail main major mali mallory malta man manager manchester mane manner
map marble march mark markov marks markup marlin mars marsh marshall mason mast master mat match math
maurice maven max may mayor mead meadow media mel melbourne member memory memphis menu mercury mercy merit
merry mersenne message method mexico mila milan mile miles mill miller milton min mint misty mode model
module mohs monaco monte montreal moon moor moore morning moscow moss mount mountain mouse mud munich
mutex myrtle name namespace nan napier naples nash near neat nest nevada new newman newton nginx night
nile nob noble node noel none norm norman north notes nova null nullable number oak object ocaml ocean
odin offset ohm old olive omega online onyx opal operator option oracle orange orchid order orion orlando
oscar oslo otter owl owner oxford pace package page paige paint palm palmer pan panama pandora pansy param
parent paris park parker parks parse parser part pascal password pastor pat path patience patrol pattern
payload peace peach peacock peak pear pearl pearson penny pepper perch perl perry person peru petal peter
phoenix phone phong pick pierce pike pilgrim pine piper pitt pixel place planck plugin plum point pointer
poisson poland pole pond pool poole poor pope poppy port porter post potter pound power prague precious
press price pride priest prim primary prime prince print prior private prolog prompt property prosper
proxy prudence public purple pyramid pythagoras python quebec queen query queue quick quiet quill rabbit
rails rain rainbow ram rand random range ranger raphael raven ray read reason record red redis reed reef
regal regex register release render report request reset response rest result return rex rhine rich rick
ridge riemann right rile ring river rivers road rob robin rock rocket rod rogue roman rome rook root rope
rose rosemary round router row royal ruby rue rule run rush rust rusty sabot sage sailor sale salem salt
sam sand sandy santa saturn savage sawyer scala scarlet schema scheme schroeder scope scott scout script
sea seal search seattle section select self senior seoul serenity server service session set setting
settings shannon sharp sharpe shaw shell shepherd shield ship shore short shy sienna signal silk silver
singer singh siri size sky slate slot small smalltalk smart smith snow sobel socket sofia soldier son
sonny source south spain spark sparrow spear spearman spice spring square squire stack staff stamp
stanford star stark state static status steel stem stephens sterling stern stock stockholm stone storm
stout straw stream street string strong struct style submit sue suffix sugar summer summers sun sunny
super swan sweet swift switch sword sybil sydney symbol sync system tab table tag tailor tan tanner target
task taylor teacher teal team template temple tensor tesla test tester tex texas thomson thorn thread
tiger tim timber time timeout tin title toby token tokyo toledo tom torn tower town trail tree trent
trinity trip triumph troy true truth tucker tull tuple turin turing turn turner twain tyne type undefined
unique unit unity update upload upton user username vale valley value van variable vector vega velvet
vendor venice venus vera verity vern verona version via victor victoria victory video vienna view vigenere
vine viola violet virginia virgo virtue visitor void volta volume wade wagner walk walker wall ward ware
warren warrior warsaw was wash washington watch water waters watson watt way wayland weaver webb webster
wei well wellington wells west wheat wheeler white whitman who wicker widget width wiener wilcoxon wild
wilder will willow willy win wind window wine wing winner winston winter wise wolf wood woods woody word
worker world worth wren wright xavier yale year yes yield yoda york young zeal zen zenith zero zeus zip
zurich
""".split()

ORDINARY = frozenset(_WORDS)
"""In lower case, without accents."""
