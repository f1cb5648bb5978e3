package rooms_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	. "github.com/tickstock/tickcast/rooms"
)

var _ = Describe("Members", func() {
	var members *Members[int]
	BeforeEach(func() { members = NewMembers[int]() })

	It("finds a socket once, however many of the rooms it is in", func() {
		members.Join(1, "a", "user_7")
		members.Join(2, "b", "user_7")
		members.Join(3, "c")
		Expect(members.AppendIn(nil, []Room{"a", "user_7", "b", "user_7", "nowhere"})).To(ConsistOf(1, 2))
	})

	It("finds it again the next time", func() {
		members.Join(1, "a")
		Expect(members.AppendIn(nil, []Room{"a"})).To(Equal([]int{1}))
		Expect(members.AppendIn(nil, []Room{"a"})).To(Equal([]int{1}))
	})

	It("appends to what it is given", func() {
		members.Join(1, "a")
		Expect(members.AppendIn([]int{9}, []Room{"a"})).To(Equal([]int{9, 1}))
		Expect(members.AppendAll([]int{9})).To(Equal([]int{9, 1}))
	})

	It("finds nobody without rooms", func() {
		members.Join(1, "a")
		Expect(members.AppendIn(nil, nil)).To(BeEmpty())
		Expect(members.AppendIn(nil, []Room{""})).To(BeEmpty())
	})

	It("passes over who is in an excepted room, whatever else they are in", func() {
		members.Join(1, "a", "user_7")
		members.Join(2, "a", "dashboards")
		members.Join(3, "dashboards", "b")
		Expect(members.AppendIn(nil, []Room{"a", "b", "dashboards"}, "dashboards", "nowhere")).To(Equal([]int{1}))
		Expect(members.AppendAll(nil, "dashboards")).To(Equal([]int{1}))
		Expect(members.AppendAll(nil, "nowhere")).To(HaveLen(3))
		Expect(members.AppendIn(nil, []Room{"a"}, "a")).To(BeEmpty())
		Expect(members.AppendIn(nil, []Room{"a", "b"})).To(ConsistOf(1, 2, 3))
	})

	It("counts a user once, however many tabs are open", func() {
		members.Join(1, "sid-1", "user_7")
		members.Join(2, "sid-2", "user_7")
		members.Join(3, "sid-3")
		Expect(members.Counts()).To(Equal(MemberCounts{Sockets: 3, Rooms: 4, Users: 1}))
		Expect(members.In("user_7")).To(Equal(2))
	})

	It("lets a socket join twice without consequence", func() {
		members.Join(1, "a", "a")
		members.Join(1, "a")
		Expect(members.In("a")).To(Equal(1))
		Expect(members.Rooms(1)).To(Equal([]Room{"a"}))
		members.Leave(1, "a")
		Expect(members.In("a")).To(BeZero())
	})

	It("keeps a socket that left its rooms among everyone", func() {
		members.Join(1, "a", "b")
		members.Leave(1, "a", "b", "c", "")
		Expect(members.Rooms(1)).To(BeEmpty())
		Expect(members.AppendAll(nil)).To(Equal([]int{1}))
		Expect(members.Counts()).To(Equal(MemberCounts{Sockets: 1}))
	})

	It("forgets a socket that is gone, and rooms without sockets", func() {
		members.Join(1, "a", "user_7")
		members.Join(2, "user_7")
		members.LeaveAll(1)
		members.LeaveAll(1)
		Expect(members.Rooms(1)).To(BeNil())
		Expect(members.AppendIn(nil, []Room{"a", "user_7"})).To(Equal([]int{2}))
		Expect(members.Counts()).To(Equal(MemberCounts{Sockets: 1, Rooms: 1, Users: 1}))
	})

	It("takes no notice of a socket it does not know that leaves", func() {
		members.Leave(1, "a")
		members.LeaveAll(1)
		Expect(members.Counts()).To(BeZero())
	})

	It("equals a plain map under random joining and leaving", func() {
		dice := rand.New(rand.NewPCG(uint64(GinkgoRandomSeed()), 3))
		joined := map[int]map[Room]bool{}
		for range 5_000 {
			s, room := dice.IntN(40), Room([]string{"r", "user_"}[dice.IntN(2)]+fmt.Sprint(dice.IntN(12)))
			switch {
			case dice.IntN(2) == 0:
				if joined[s] == nil {
					joined[s] = map[Room]bool{}
				}
				joined[s][room] = true
				members.Join(s, room)
			case dice.IntN(6) == 0:
				delete(joined, s)
				members.LeaveAll(s)
			default:
				delete(joined[s], room)
				members.Leave(s, room)
			}
			expectSame(members, joined, []Room{room, "r1", "user_2", room})
		}
	})

	It("is back at zero after churn by many at once", func() {
		var everyone sync.WaitGroup
		for g := range 4 {
			everyone.Go(func() {
				for i := range 300 {
					s := g*1000 + i
					members.Join(s, Room(fmt.Sprint(s)), "all", UserRoom(fmt.Sprint(i%7)))
					members.AppendIn(nil, []Room{"all", "user_3"})
					if i%2 == 0 {
						members.Leave(s, "all")
					}
					members.AppendAll(nil)
				}
				for i := range 300 {
					members.LeaveAll(g*1000 + i)
				}
			})
		}
		everyone.Wait()
		Expect(members.Counts()).To(BeZero())
		Expect(members.AppendAll(nil)).To(BeEmpty())
	})

	It("allocates nothing to find sockets", func() {
		rooms := make([]Room, 100)
		for i := range rooms {
			rooms[i] = UserRoom(fmt.Sprint(i))
			members.Join(i, rooms[i], "all")
		}
		dst := make([]int, 0, 100)
		Expect(testingAllocs(func() { dst = members.AppendIn(dst[:0], append(rooms[:50:50], "all")) })).To(BeNumerically("<=", 1)) // the append
		Expect(testingAllocs(func() { dst = members.AppendIn(dst[:0], rooms) })).To(BeZero())
		Expect(testingAllocs(func() { dst = members.AppendAll(dst[:0]) })).To(BeZero())
		Expect(dst).To(HaveLen(100))
	})
})

func expectSame(members *Members[int], joined map[int]map[Room]bool, rooms []Room) {
	GinkgoHelper()
	var in, everyone []int
	held, users := map[Room]bool{}, map[Room]bool{}
	for s, its := range joined {
		everyone = append(everyone, s)
		if slices.ContainsFunc(rooms, func(r Room) bool { return its[r] }) {
			in = append(in, s)
		}
		for room := range its {
			if held[room] = true; room.OfUser() {
				users[room] = true
			}
		}
	}
	if !slices.Equal(slices.Sorted(slices.Values(members.AppendIn(nil, rooms))), sorted(in)) ||
		!slices.Equal(sorted(members.AppendAll(nil)), sorted(everyone)) ||
		members.Counts() != (MemberCounts{len(joined), len(held), len(users)}) {
		Fail("members differ from the map")
	}
}

func sorted(list []int) []int {
	slices.Sort(list)
	return list
}
